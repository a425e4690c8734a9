export { default } from '../../services'
